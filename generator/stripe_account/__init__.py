"""The real Stripe: set it up, preview an invoice, compare its counts with the logs. Nothing else talks to it."""
