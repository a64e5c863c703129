/** What all of the page shares: who computes, the models, how it looks. */

import type { ModelEntry } from "geodrift/contract";
import { LostError, type PageEngine } from "../engine/engine.js";
import type { Base, Look } from "../map/basemap.js";
import { speech } from "../texts/language.svelte.js";
import { areaText, distanceText, type Units, units } from "../words.js";
import { oneOf, remember, remembered } from "./remembered.js";

type Theme = "light" | "dark";

const dark = matchMedia("(prefers-color-scheme: dark)");

class AppState {
  engine = $state.raw<PageEngine>();
  models = $state.raw<ModelEntry[]>([]);
  /** One sentence, while the server does not answer. */
  lost = $state<string>();
  theme = $state<Theme>(remembered("theme", oneOf("light", "dark")) ?? (dark.matches ? "dark" : "light"));
  base = $state<Base>(remembered("base", oneOf("satellite", "plain")) ?? "satellite");
  /** Does the map write names? */
  names = $state<boolean>(remembered("names", oneOf("shown", "hidden")) !== "hidden");
  units = $state<Units>(remembered("units", oneOf(...units)) ?? "km");
  constructor() {
    dark.addEventListener("change", ({ matches }) => {
      this.theme = matches ? "dark" : "light";
    });
  }

  /** The other theme, from now on. */
  switchTheme(): void {
    this.theme = this.theme === "dark" ? "light" : "dark";
    remember("theme", this.theme);
  }

  /** The other map, from now on. */
  switchBase(): void {
    this.base = this.base === "satellite" ? "plain" : "satellite";
    remember("base", this.base);
  }

  /** Names on the map, or none, from now on. */
  switchNames(): void {
    this.names = !this.names;
    remember("names", this.names ? "shown" : "hidden");
  }

  /** Kilometres or miles, from now on. */
  switchUnits(): void {
    this.units = this.units === "km" ? "miles" : "km";
    remember("units", this.units);
  }

  /** How this person wants the map. */
  get look(): Look {
    const { theme, base, names, engine } = this;
    return { theme, base, names, detail: engine?.detail, language: speech.language };
  }

  /** A distance, as this person reads it. */
  distance(km: number): string {
    return distanceText(km, this.units);
  }

  /** An area, as this person reads it. */
  area(km2: number): string {
    return areaText(km2, this.units);
  }

  private opening: Promise<void> | undefined;

  /** Resolves when it is known who computes, or that nobody does. */
  open(): Promise<void> {
    this.opening ??= this.tryToOpen();
    return this.opening;
  }

  private async tryToOpen(): Promise<void> {
    try {
      this.engine = await openEngine();
      this.models = await this.engine.models();
      this.lost = undefined;
    } catch (e) {
      this.fail(e as Error);
    }
  }

  /** Notes that the server is gone, and asks again until it is back; other errors are not its business. */
  fail(e: Error): void {
    if (!(e instanceof LostError)) return;
    const first = this.lost === undefined;
    this.lost = e.message;
    if (first) setTimeout(() => this.again(), askAgainMs);
  }

  private async again(): Promise<void> {
    if (this.lost === undefined) return;
    try {
      this.engine = await openEngine();
      if (this.models.length === 0) this.models = await this.engine.models();
      this.lost = undefined;
    } catch {
      setTimeout(() => this.again(), askAgainMs);
    }
  }
}

const askAgainMs = 2000;

async function openEngine(): Promise<PageEngine> {
  if (__SITE__) return (await import("../engine/browser-engine.js")).browserEngine();
  return (await import("../engine/server-engine.js")).serverEngine();
}

/** The one state that all of the page shares. */
export const app = new AppState();
