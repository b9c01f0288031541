"""Words of news that mean the same, so that "shares dropped" is what "shares fell" says."""

from __future__ import annotations

ALIKE = (
    "fall drop decline decrease slip slump plunge tumble", "rise increase climb grow jump surge soar",
    "begin start commence", "buy acquire purchase", "injure wound hurt", "arrest detain", "sack oust",
    "resign quit", "build construct erect", "approve endorse", "ban prohibit outlaw", "happen occur",
    "finish conclude complete", "choose select", "pupil student schoolchild", "worker employee", "wage salary",
    "lawyer attorney", "movie film", "aircraft plane aeroplane airplane", "shop store", "picture photo photograph",
    "large big huge", "quick fast rapid", "help assist", "receive obtain", "try attempt", "depart leave",
    "shut close", "cut reduce slash trim", "raise hike", "firm company", "blaze fire", "physician doctor",
    "car automobile", "child kid", "allow permit", "damage harm", "biggest largest",
    "answer reply respond", "vanish disappear",
)  # fmt: skip
"""Each row one meaning, called by its first word."""
