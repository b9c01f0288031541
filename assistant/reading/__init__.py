"""The network: passages and a question → spans; calibration, and passages ordered anew.

Imported by ``sources`` and all above it; it knows no library.
"""
