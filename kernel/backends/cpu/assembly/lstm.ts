// The elementwise part of an LSTM cell and its gradient.
