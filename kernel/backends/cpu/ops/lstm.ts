// The recurrent layer LSTM, all time steps in one op.
import type { OpKernel } from './index.ts';

export const lstm: Record<string, OpKernel> = {};
