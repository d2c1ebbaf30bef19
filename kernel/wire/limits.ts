// The numbers and names that several programs must agree on. Each stands here once; texts and checks are made from it.

/** The device `cpu` computes on at most this many threads. */
export const MAX_THREADS = 64;

/** A cell shows at most this many outputs a run. VS Code draws no more than 500 in a cell. */
export const MAX_OUTPUTS = 400;

/** The devices, in the order in which `auto` tries them. */
export const DEVICES = ['cuda', 'webgpu', 'cpu'] as const;

/** A device that computes. */
export type DeviceName = (typeof DEVICES)[number];

/** A device to ask for; `auto` takes the first that works. */
export type DeviceSetting = 'auto' | DeviceName;

/** What can be asked for, as people see it listed. */
export const DEVICE_SETTINGS = ['auto', 'cpu', 'webgpu', 'cuda'] as const satisfies readonly DeviceSetting[];

/** Size of the terminal that cells print to. */
export const SCREEN_COLUMNS = 120;
export const SCREEN_ROWS = 50;
