"""Fine-tune the bundled trunk as a span reader with a null score.

The schedule follows the clock: warm-up, decay and curriculum are functions of the elapsed share
of ``--minutes``, so that a slow or busy machine still finishes its decay. Stopping and starting the
same command resumes at the last checkpoint.

    python -m assistant.training.train_reader --data DATA --weights e5-small-q4.bin \
        --tokenizer tokenizer.json --out OUT --minutes 90
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from assistant.evaluation.scoring import best_f1
from assistant.training.batches import KINDS, Batch, Example, Mixing, Sampler, stream
from assistant.training.data import Item, own_arabic_items, read_material
from assistant.training.evaluate import Prediction, pad, predict, summarise
from assistant.training.exported import read_exported
from assistant.training.lexicon import lexicon_of
from assistant.training.model import MaskPool, ReaderModel, span_loss
from assistant.training.scoring import read_table, restore, torch_score
from embeddings.build.bert import load_trunk

AVERAGE_EVERY, AVERAGE_DECAY = 4, 0.98
"""The averaged weights look back about 200 steps."""
WATCHED = {"new_wiki": 80, "reddit": 20, "amazon_reviews": 20, "qamr": 30, "arcd": 36}
"""Held-out questions per set for watching the training."""
OWN_FIGURES = ("mixed", "spelled", "asked")
"""Examples that do not count among the others."""
LEXICON_NAME = "lexicon.json"


def parameter_groups(
    model: ReaderModel, *, rate: float, decay: float, frozen_layers: int, head_rate: float
) -> list[dict[str, object]]:
    """One optimiser group per layer; a layer's rate is ``decay`` times that of the one above."""
    layers = model.trunk.layers
    groups: list[dict[str, object]] = []
    for parameter in [model.trunk.position, *model.trunk.norm.parameters()]:
        parameter.requires_grad_(False)
    for index, layer in enumerate(layers):
        for parameter in layer.parameters():
            parameter.requires_grad_(index >= frozen_layers)
        if index >= frozen_layers:
            peak = rate * decay ** (len(layers) - 1 - index)
            groups.append({"params": list(layer.parameters()), "lr": peak, "peak": peak})
    groups.append({"params": list(model.head.parameters()), "lr": head_rate, "peak": head_rate})
    return groups


def rate_share(progress: float, *, warm_up: float) -> float:
    """Share of the peak rate at a share of the run: linear up, then linear down to 0.

    >>> [rate_share(p, warm_up=0.1) for p in (0.05, 0.1, 1.0)]
    [0.5, 1.0, 0.0]
    """
    if progress < warm_up:
        return progress / warm_up
    return max(0.0, (1 - progress) / (1 - warm_up))


def window_limits(progress: float) -> tuple[int, int]:
    """Shortest and longest window limit: short, cheap windows first, whole passages later."""
    return (64, 192) if progress < 0.7 else (96, 256)


def watched_examples(
    sampler: Sampler,
    asked: Sequence[Item] = (),
    counts: Mapping[str, int] = MappingProxyType(WATCHED),
) -> list[Example]:
    """Held-out questions, ``counts`` of each set, each also once as an unanswerable one.

    Args:
        sampler: Of the held-out material.
        asked: Our own questions; their figures stand under "asked".
        counts: Questions per set.
    """
    rng, other_rng = random.Random(7), random.Random(8)
    examples = []
    for item in asked:
        example = sampler.make_example(item, "answer", limit=256, rng=other_rng)
        if example is not None:
            examples.append(replace(example, set_name="asked"))
    other_rng = random.Random(8)
    for name, count in counts.items():
        items = sampler.items[name]
        for item in rng.sample(items, min(count, len(items))):
            kinds = KINDS[name]
            for kind in ("answer", rng.choices(list(kinds), weights=list(kinds.values()))[0]):
                example = sampler.make_example(item, kind, limit=256, rng=rng)
                if example is not None:
                    examples.append(example)
        # Questions in the other language, word by word: their figures stand under "mixed".
        for item in rng.sample(items, min(count // 2, len(items))):
            kind = rng.choice(["answer", "retrieved"])
            mixing = Mixing(question=1.0, passage=0.0)
            example = sampler.make_example(item, kind, limit=256, rng=rng, mixing=mixing)
            if example is not None:
                examples.append(replace(example, set_name="mixed"))
        # The whole in Arabic letters: "spelled".
        spelled = 0 if name == "arcd" else min(count // 2, len(items))
        for item in other_rng.sample(items, spelled):
            mixing = Mixing(question=1.0, passage=1.0, is_spelled=True)
            example = sampler.make_example(item, "answer", limit=256, rng=other_rng, mixing=mixing)
            if example is not None:
                examples.append(replace(example, set_name="spelled"))
    return examples


def watch(
    model: ReaderModel,
    table: NDArray[np.float16],
    examples: Sequence[Example],
    device: torch.device,
) -> dict[str, dict[str, float]]:
    """Figures on held-out training material: all, by set, by kind of unanswerable question."""
    found: dict[str, list[Prediction]] = defaultdict(list)
    for example, text, above in predict(examples, torch_score(model, table, device)):
        answers = example.answers
        language = "ar" if example.set_name in ("arcd", "asked") else "en"
        f1 = best_f1(text, answers, language=language) if answers else 0.0
        prediction = Prediction(text, above, f1, bool(answers))
        if example.set_name in OWN_FIGURES:
            found[example.set_name].append(prediction)
            continue
        keys = ["all", example.set_name]
        keys += [example.kind] if not answers else [k for ks in KINDS.values() for k in ks]
        for key in dict.fromkeys(keys):
            found[key].append(prediction)
    rules = [p for k, ps in found.items() if k.startswith("rule-") for p in ps]
    found["rule"] += rules
    return {
        name: summarise(predictions)
        for name, predictions in found.items()
        if not name.startswith("rule-")
    }


def step_loss(
    model: ReaderModel,
    table: NDArray[np.float16],
    batch: Batch,
    *,
    frozen_layers: int,
    device: torch.device,
    dropout: MaskPool | None = None,
) -> Tensor:
    """The loss of one batch, with its graph."""
    ids, mask = pad(batch.examples, batch.length)
    allowed = np.zeros(ids.shape, bool)
    allowed[:, 0] = True
    for row, example in enumerate(batch.examples):
        allowed[row, example.passage_start : len(example.ids) - 1] = True
    embeds = torch.from_numpy(table[ids]).to(device).float()
    with torch.autocast(device.type, torch.bfloat16):
        start, end = model.score(
            embeds,
            torch.from_numpy(mask).to(device),
            frozen_layers=frozen_layers,
            dropout=dropout,
        )
    golds = [example.golds for example in batch.examples]
    votes = [example.votes for example in batch.examples]
    return span_loss(start, end, torch.from_numpy(allowed).to(device), golds, votes)


def save(path: Path, content: dict[str, object]) -> None:
    """Write a checkpoint so that an interruption leaves the last one whole."""
    aside = path.with_suffix(".new")
    torch.save(content, aside)
    aside.replace(path)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the training sets")
    parser.add_argument("--weights", type=Path, required=True, help="the bundled e5 weights (.bin)")
    parser.add_argument("--tokenizer", type=Path, required=True, help="its tokenizer.json")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoints and log")
    parser.add_argument(
        "--initial", type=Path, help="an exported reader to train on from; else the encoder's trunk"
    )
    parser.add_argument(
        "--base-share",
        type=float,
        default=0.15,
        help="with --initial: how much of the trunk is the encoder's own again at the start",
    )
    parser.add_argument("--minutes", type=float, default=90.0, help="length of the whole run")
    parser.add_argument("--rate", type=float, default=1e-4, help="peak rate of the top layer")
    parser.add_argument("--head-rate", type=float, default=5e-4, help="peak rate of the head")
    parser.add_argument("--layer-decay", type=float, default=0.92, help="rate ratio of layers")
    parser.add_argument("--frozen-layers", type=int, default=3, help="lowest layers kept as is")
    parser.add_argument("--dropout", type=float, default=0.1, help="of each layer's two outputs")
    parser.add_argument("--warm-up", type=float, default=0.06, help="share of the run")
    parser.add_argument("--tokens", type=int, default=4096, help="padded tokens per step")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads")
    parser.add_argument("--seed", type=int, default=0, help="of data order and head")
    parser.add_argument("--save-minutes", type=float, default=8.0, help="between checkpoints")
    parser.add_argument("--watch-minutes", type=float, default=15.0, help="between evaluations")
    arguments = parser.parse_args()

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)
    log = (arguments.out / "log.txt").open("a", encoding="utf-8")

    def report(**fields: object) -> None:
        print(json.dumps(fields), file=log, flush=True)

    material = read_material(arguments.data)
    lexicon = lexicon_of(material, arguments.out / LEXICON_NAME, arguments.tokenizer)
    sampler = Sampler(material, arguments.tokenizer, lexicon=lexicon, seed=arguments.seed)
    watched = watched_examples(
        Sampler(material, arguments.tokenizer, lexicon=lexicon, held_out=True),
        own_arabic_items(material),
    )
    table = read_table(arguments.weights)
    model = ReaderModel(load_trunk(arguments.weights))
    if arguments.initial is not None:
        model = restore(model, read_exported(arguments.initial), base_share=arguments.base_share)
    model = model.to(device)
    groups = parameter_groups(
        model,
        rate=arguments.rate,
        decay=arguments.layer_decay,
        frozen_layers=arguments.frozen_layers,
        head_rate=arguments.head_rate,
    )
    optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    average = {name: p.detach().clone() for name, p in trained.items()}

    dropout = MaskPool(arguments.dropout, seed=arguments.seed) if arguments.dropout else None
    step, pool, elapsed, next_watch = 0, 0, 0.0, arguments.watch_minutes * 60
    latest = arguments.out / "latest.pt"
    if latest.exists():
        saved = torch.load(latest, map_location=device, weights_only=True)
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        average = saved["average"]
        step, pool, elapsed = saved["step"], saved["pool"] + 1, saved["elapsed"]
        next_watch = saved["next_watch"]
    report(
        start=step,
        items={name: len(items) for name, items in sampler.items.items()},
        watched=len(watched),
        device=str(device),
        options={k: str(v) for k, v in vars(arguments).items() if not isinstance(v, Path)},
    )

    def checkpoint(path: Path) -> None:
        save(
            path,
            {
                "model": model.state_dict(),
                "average": average,
                "optimiser": optimiser.state_dict(),
                "step": step,
                "pool": pool,
                "elapsed": elapsed,
                "next_watch": next_watch,
            },
        )

    def watch_average() -> None:
        current = {name: p.detach().clone() for name, p in trained.items()}
        with torch.no_grad():
            for name, p in trained.items():
                p.copy_(average[name])
            model.eval()
            report(step=step, elapsed=round(elapsed), watch=watch(model, table, watched, device))
            for name, p in trained.items():
                p.copy_(current[name])

    budget = arguments.minutes * 60
    model.train()
    began, losses, seen, next_save = time.monotonic() - elapsed, [], 0, elapsed
    limits = window_limits(elapsed / budget)
    batches = stream(
        sampler, first_pool=pool, tokens=arguments.tokens, longest=limits[1], shortest=limits[0]
    )
    while elapsed < budget:
        progress = elapsed / budget
        if window_limits(progress) != limits:
            limits = window_limits(progress)
            batches = stream(
                sampler,
                first_pool=pool + 1,
                tokens=arguments.tokens,
                longest=limits[1],
                shortest=limits[0],
            )
        pool, batch = next(batches)
        share = rate_share(progress, warm_up=arguments.warm_up)
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * share
        loss = step_loss(
            model,
            table,
            batch,
            frozen_layers=arguments.frozen_layers,
            device=device,
            dropout=dropout,
        )
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained.values(), 1.0)
        optimiser.step()
        step += 1
        seen += len(batch.examples)
        losses.append(loss.item())
        if step % AVERAGE_EVERY == 0:
            decay = min(AVERAGE_DECAY, step / (step + 40))
            with torch.no_grad():
                torch._foreach_lerp_(
                    list(average.values()), [p.detach() for p in trained.values()], 1 - decay
                )
        elapsed = time.monotonic() - began
        if step % 20 == 0:
            report(
                step=step,
                elapsed=round(elapsed),
                loss=round(sum(losses) / len(losses), 3),
                examples=seen,
                rate=round(arguments.rate * share, 7),
            )
            losses, seen = [], 0
        if elapsed >= next_watch:
            next_watch += arguments.watch_minutes * 60
            watch_average()
            model.train()
            elapsed = time.monotonic() - began
        if elapsed >= next_save:
            next_save = elapsed + arguments.save_minutes * 60
            checkpoint(latest)
    elapsed = time.monotonic() - began
    checkpoint(latest)
    watch_average()
    report(finished=step, elapsed=round(elapsed))


if __name__ == "__main__":
    main()
