import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** One measured figure, as the benches write theirs. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  floor: number | null;
  ratio: number | null;
  goal: number | null;
  met: boolean | null;
}

/** A figure with the most that it should be. */
export function atMost(name: string, value: number, unit: string, goal: number): Figure {
  return { name, value, unit, floor: null, ratio: null, goal, met: value <= goal };
}

/** A figure beside its floor of the same run; without a goal. */
export function beside(name: string, value: number, unit: string, floor: number): Figure {
  return { name, value, unit, floor, ratio: value / floor, goal: null, met: null };
}

/** Writes `target/bench/NAME.json` and prints the same. */
export function writeFigures(name: string, figures: Figure[]): void {
  const folder = resolve(import.meta.dirname, "../target/bench");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(figures, null, 2));
  console.table(figures);
}
