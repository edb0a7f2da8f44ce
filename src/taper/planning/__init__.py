"""Planning: plans from a request (tapers, titrations, cross-tapers, explicit steps), and the solver behind them."""
