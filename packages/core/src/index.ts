/** The mathematics of geodrift, for browsers and Node: no file, no process, no network. */
export * from "./net/convolutional.js";
export * from "./net/layers.js";
export * from "./net/parameters.js";
export * from "./random/generator.js";
export * from "./sphere/frame.js";
export * from "./sphere/grid.js";
export * from "./sphere/point.js";
export * from "./sphere/sampling.js";
export * from "./train/adamw.js";
export * from "./train/rates.js";
export * from "./train/safetensors.js";
