"""Forecasts from elsewhere: the files of forecasting sites, and what is kept of them."""
