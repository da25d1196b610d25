"""Inference: from an assessment to its posterior, by adaptive importance sampling or by NUTS."""
