"""Render, check and replay workflows that meter LLM tokens into Stripe."""
