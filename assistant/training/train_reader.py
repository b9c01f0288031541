"""Train the bundled trunk to read and to judge: spans, a null score, and verdicts on claims.

The schedule follows the clock: warm-up, decay and curriculum are functions of the elapsed share
of ``--minutes``, so that a slow or busy machine still finishes its decay. Stopping and starting the
same command resumes at the last checkpoint.

    python -m assistant.training.train_reader --data DATA --weights e5-small-q4.bin \
        --tokenizer tokenizer.json --initial embeddings/models/reader/reader.onnx --out OUT --minutes 90
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from assistant.evaluation.scoring import best_f1
from assistant.training.batches import Batch, Example
from assistant.training.corpus import ANSWERS, LABELS, read_answers, read_corpus
from assistant.training.evaluate import (
    Prediction,
    pad,
    predict,
    predict_verdicts,
    summarise,
    summarise_verdicts,
)
from assistant.training.mixture import Mixture, stream
from assistant.training.model import MaskPool, ReaderModel, span_loss, verdict_loss
from assistant.training.scoring import mean_state, read_state, read_table, restore, torch_score
from embeddings.build.bert import load_trunk

AVERAGE_EVERY, AVERAGE_DECAY = 4, 0.98
"""The averaged weights look back about 200 steps."""
WATCHED = {
    "own": 640,
    "squad": 240,
    "quoted": 100,
    "own-quotations": 60,
    "tydiqa-goldp-ar": 40,
    "piaf-fr": 40,
}
"""Held-out questions per set for watching the training."""
WATCHED_CLAIMS = {
    "own": 420,
    "ling_in_loop_nli": 120,
    "new_protocols_nli": 120,
    "farstail": 80,
    "snli_devtest": 80,
}
WATCHED_LIMIT = 256


def parameter_groups(
    model: ReaderModel,
    *,
    rate: float,
    decay: float,
    frozen_layers: int,
    head_rate: float,
    verdict_rate: float,
) -> list[dict[str, object]]:
    """One optimiser group per layer and head; a layer's rate is ``decay`` times that of the one above."""
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
    verdict = [*model.pooler.parameters(), *model.verdict.parameters()]
    for parameters, peak in ((list(model.head.parameters()), head_rate), (verdict, verdict_rate)):
        groups.append({"params": parameters, "lr": peak, "peak": peak})
    return groups


def rate_share(progress: float, *, warm_up: float, final: float = 0.0) -> float:
    """Share of the peak rate at a share of the run: linear up, then linear down to ``final``.

    >>> [rate_share(p, warm_up=0.1) for p in (0.05, 0.1, 1.0)]
    [0.5, 1.0, 0.0]
    """
    if progress < warm_up:
        return progress / warm_up
    return max(final, final + (1 - final) * (1 - progress) / (1 - warm_up))


def window_limits(progress: float) -> tuple[int, int]:
    """Shortest and longest window limit: short, cheap windows first, whole passages later."""
    if progress < 0.6:
        return 48, 128
    return (64, 176) if progress < 0.85 else (96, 288)


def watched_examples(mixture: Mixture) -> list[Example]:
    """Held-out questions and claims, as many of each set as ``WATCHED`` and ``WATCHED_CLAIMS`` say."""
    rng = random.Random(7)
    examples = []
    for name, count in WATCHED.items():
        items = mixture.corpus.items[name]
        for item in rng.sample(items, min(count, len(items))):
            example = mixture.question_example(item, limit=WATCHED_LIMIT, rng=rng, plain_share=0.0)
            if example is not None:
                examples.append(example)
    for name, count in WATCHED_CLAIMS.items():
        claims = mixture.corpus.claims[name]
        examples += [
            mixture.claim_example(claim, limit=WATCHED_LIMIT, rng=rng)
            for claim in rng.sample(claims, min(count, len(claims)))
        ]
    return examples


def watch(
    model: ReaderModel,
    table: NDArray[np.float16],
    examples: Sequence[Example],
    device: torch.device,
) -> dict[str, dict[str, float]]:
    """Figures on held-out training material, by set."""
    found: dict[str, list[Prediction]] = defaultdict(list)
    score = torch_score(model, table, device)
    for example, text, above in predict([e for e in examples if not e.verdict], score):
        answers = example.answers
        f1 = best_f1(text, answers, language="en") if answers else 0.0
        prediction = Prediction(text, above, f1, bool(answers))
        found[example.set_name].append(prediction)
        if example.set_name == "own":
            found[f"own-{example.language}"].append(prediction)
    figures = {name: summarise(predictions) for name, predictions in found.items()}
    judged: dict[str, list[tuple[NDArray[np.float32], int]]] = defaultdict(list)
    for example, scores in predict_verdicts([e for e in examples if e.verdict], score):
        judged[example.set_name.partition("/")[0]].append((scores, example.verdict[0]))
    for name, rows in judged.items():
        figures[f"claims-{name}"] = summarise_verdicts(
            np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
        )
    return figures


def step_loss(
    model: ReaderModel,
    table: NDArray[np.float16],
    batch: Batch,
    *,
    frozen_layers: int,
    device: torch.device,
    dropout: MaskPool | None = None,
    smoothing: float = 0.0,
    verdict_weight: float = 1.0,
) -> tuple[Tensor, float, float]:
    """The loss of one batch, with its graph, and its two parts (nan where a part is missing)."""
    ids, mask = pad(batch.examples, batch.length)
    embeds = torch.from_numpy(table[ids]).to(device).float()
    with torch.autocast(device.type, torch.bfloat16):
        start, end, verdict = model.score(
            embeds,
            torch.from_numpy(mask).to(device),
            frozen_layers=frozen_layers,
            dropout=dropout,
        )
    total, parts = torch.zeros((), device=device), [float("nan"), float("nan")]
    spans = [row for row, example in enumerate(batch.examples) if not example.verdict]
    if spans:
        allowed = np.zeros((len(spans), batch.length), bool)
        allowed[:, 0] = True
        for place, row in enumerate(spans):
            example = batch.examples[row]
            allowed[place, example.passage_start : len(example.ids) - 1] = True
        loss = span_loss(
            start[spans],
            end[spans],
            torch.from_numpy(allowed).to(device),
            [batch.examples[row].golds for row in spans],
            [batch.examples[row].votes for row in spans],
        )
        total = total + loss * (len(spans) / len(batch.examples))
        parts[0] = loss.item()
    judged = [row for row, example in enumerate(batch.examples) if example.verdict]
    if judged:
        right = torch.zeros(len(judged), len(LABELS), dtype=torch.bool)
        for place, row in enumerate(judged):
            right[place, list(batch.examples[row].verdict)] = True
        loss = verdict_loss(verdict[judged], right.to(device), smoothing=smoothing)
        total = total + verdict_weight * loss * (len(judged) / len(batch.examples))
        parts[1] = loss.item()
    return total, parts[0], parts[1]


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
        "--answers", type=Path, help="answers to be verified, from assistant.training.rivals"
    )
    parser.add_argument(
        "--initial",
        type=Path,
        nargs="+",
        help="exported readers, or checkpoints, to train on from (the mean of several); else the encoder's trunk",
    )
    parser.add_argument(
        "--base-share",
        type=float,
        default=0.0,
        help="with --initial: how much of the trunk is the encoder's own again at the start",
    )
    parser.add_argument("--minutes", type=float, default=90.0, help="length of the whole run")
    parser.add_argument("--rate", type=float, default=1e-4, help="peak rate of the top layer")
    parser.add_argument("--head-rate", type=float, default=2e-4, help="peak rate of the span head")
    parser.add_argument("--verdict-rate", type=float, default=5e-4, help="peak rate of its head")
    parser.add_argument("--smoothing", type=float, default=0.05, help="of the verdict's labels")
    parser.add_argument(
        "--verdict-weight",
        type=float,
        default=1.0,
        help="of its loss; beside the spans' an untrained head hardly moves the trunk",
    )
    parser.add_argument(
        "--claim-share", type=float, default=0.5, help="how many of the examples are claims"
    )
    parser.add_argument("--layer-decay", type=float, default=0.92, help="rate ratio of layers")
    parser.add_argument("--frozen-layers", type=int, default=3, help="lowest layers kept as is")
    parser.add_argument("--dropout", type=float, default=0.1, help="of each layer's two outputs")
    parser.add_argument("--warm-up", type=float, default=0.06, help="share of the run")
    parser.add_argument("--final-share", type=float, default=0.0, help="of the rates, at the end")
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

    training, held_out = read_corpus(arguments.data)
    if arguments.answers is not None:
        training.claims[ANSWERS] = read_answers(arguments.answers)
    watched = watched_examples(Mixture(held_out, arguments.tokenizer))
    mixture = Mixture(
        training, arguments.tokenizer, claim_share=arguments.claim_share, seed=arguments.seed
    )
    table = read_table(arguments.weights)
    model = ReaderModel(load_trunk(arguments.weights))
    if arguments.initial is not None:
        state = mean_state([read_state(path) for path in arguments.initial])
        model = restore(model, state, base_share=arguments.base_share)
    model = model.to(device)
    groups = parameter_groups(
        model,
        rate=arguments.rate,
        decay=arguments.layer_decay,
        frozen_layers=arguments.frozen_layers,
        head_rate=arguments.head_rate,
        verdict_rate=arguments.verdict_rate,
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
        items={name: len(items) for name, items in training.items.items()},
        claims={name: len(claims) for name, claims in training.claims.items()},
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
        mixture, first_pool=pool, tokens=arguments.tokens, longest=limits[1], shortest=limits[0]
    )
    while elapsed < budget:
        progress = elapsed / budget
        if window_limits(progress) != limits:
            limits = window_limits(progress)
            batches = stream(
                mixture,
                first_pool=pool + 1,
                tokens=arguments.tokens,
                longest=limits[1],
                shortest=limits[0],
            )
        pool, batch = next(batches)
        share = rate_share(progress, warm_up=arguments.warm_up, final=arguments.final_share)
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * share
        loss, *parts = step_loss(
            model,
            table,
            batch,
            frozen_layers=arguments.frozen_layers,
            device=device,
            dropout=dropout,
            smoothing=arguments.smoothing,
            verdict_weight=arguments.verdict_weight,
        )
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained.values(), 1.0)
        optimiser.step()
        step += 1
        seen += len(batch.examples)
        losses.append(parts)
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
                loss=[round(float(mean), 3) for mean in np.nanmean(losses, axis=0)],
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
