import { describe, expect, it } from "vitest";
import { decoding, holding } from "./memory-budget.js";

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
const MiB = 2 ** 20;

describe("what pictures take of the memory", () => {
  it("is bounded: what does not fit waits until there is room, and room is given back after a failure, too", async () => {
    const running = new Set<string>();
    const ends: Record<string, () => void> = {};
    const work = (name: string, bytes: number, fails = false) =>
      holding(async (hold) => {
        await hold.take(bytes);
        running.add(name);
        await new Promise<void>((resolve) => {
          ends[name] = resolve;
        });
        running.delete(name);
        if (fails) throw new Error(name);
        return name;
      });
    const [a, b, c] = [work("a", 150 * MiB, true), work("b", 100 * MiB), work("c", 50 * MiB)];
    const fallen = a.catch((e: Error) => e.message);
    await settled();
    expect([...running]).toEqual(["a", "b"]);
    ends.a();
    expect(await fallen).toBe("a");
    await settled();
    expect([...running]).toEqual(["b", "c"]);
    ends.b();
    ends.c();
    expect(await Promise.all([b, c])).toEqual(["b", "c"]);
  });

  it("lets one that needs more than all work alone", async () => {
    let most = 0;
    let now = 0;
    const decode = async () => {
      most = Math.max(most, ++now);
      await settled();
      now--;
    };
    await Promise.all([decoding(10e9, decode), decoding(10e9, decode), decoding(1e6, decode)]);
    expect(most).toBe(1);
    await Promise.all(Array.from({ length: 20 }, () => decoding(1e6, decode)));
    expect(most).toBe(20);
  });
});
