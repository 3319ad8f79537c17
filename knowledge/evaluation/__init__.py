"""How good the answers are, measured against golden questions."""
