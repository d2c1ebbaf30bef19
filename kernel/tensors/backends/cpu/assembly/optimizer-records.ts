// The records of an optimizer's update, which optimizer.ts and the loops of the rules (generated/optimizer.ts) read.
import { Table } from './tables';

/** A parameter, its gradient and its slots, which are what the optimizer keeps for it: `n` float32 each. */
@unmanaged
export class Parameter {
  /** The place of its first element among the elements of all parameters: a multiple of 16. */
  start: i32;
  n: i32;
  value: usize;
  gradient: usize;
  /** 0 if the rule has no such slot; so are the next two. */
  slot0: usize;
  slot1: usize;
  slot2: usize;
}

/** An update of parameters by an optimizer's rule. */
@unmanaged
export class UpdateArgs {
  /** Number of the rule, in the order of `ruleNames`. */
  rule: i32;
  /** [count], in the order of their `start`. */
  parameters: Table<Parameter>;
  count: i32;
  /** Elements of all parameters, those of each rounded up to a multiple of 16. */
  total: i32;
  /** Address of the numbers that the rule's loop reads: float32. */
  numbers: usize;
}
