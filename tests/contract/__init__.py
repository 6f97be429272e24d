"""The contract, proved over HTTP."""
