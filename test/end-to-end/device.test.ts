import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { geodrift, inThisProcess } from "./program.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-device-"));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** A graphics card in software, with its Vulkan: Chromium's, as Debian packs it. */
const chromium = "/usr/lib/chromium";
const card = { VK_ICD_FILENAMES: join(chromium, "vk_swiftshader_icd.json"), LD_LIBRARY_PATH: chromium };
const noCard = { VK_ICD_FILENAMES: at("none.json") };

describe("geodrift --device", () => {
  it.each(["webgpu", "cuda"])("says in one sentence that there is no %s", async (device) => {
    const { code, stdout, stderr } = await geodrift(["locate", at("a.png"), "--device", device], folder, noCard);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(
      new RegExp(`^geodrift: the device ${device}: nothing here computes on it \\(.*\\); "cpu" always does$`, "m"),
    );
  });
  it("is one of three, asked for by an option or a variable", async () => {
    const option = await inThisProcess(["locate", at("a.png"), "--device", "abacus"]);
    expect(option).toMatchObject({ code: 2, stdout: "" });
    expect(option.stderr).toMatch(/'abacus' is invalid. Allowed choices are cpu, webgpu, cuda/);
    const variable = await inThisProcess(["locate", at("a.png")], folder, { GEODRIFT_DEVICE: "abacus" });
    expect(variable).toMatchObject({ code: 2, stdout: "" });
    expect(variable.stderr).toBe('geodrift: GEODRIFT_DEVICE: cpu, webgpu, cuda are known, got "abacus"\n');
  });
  it.skipIf(!existsSync(card.VK_ICD_FILENAMES))("webgpu gives the densities that the processor gives", async () => {
    const header = Buffer.from("{'descr': '<f4', 'fortran_order': False, 'shape': (393,)}".padEnd(117).concat("\n"));
    const start = Buffer.concat([Buffer.from("\x93NUMPY\x01\x00", "latin1"), Buffer.of(header.length, 0), header]);
    const embedding = Float32Array.from({ length: 393 }, (_, i) => Math.sin(i) / 18);
    writeFileSync(at("e.npy"), Buffer.concat([start, Buffer.from(embedding.buffer)]));
    writeFileSync(at("places.csv"), "lat,lng\n30.5,31.2\n-33.9,151.2\n90,0\n");
    const asked = [
      "density",
      "earth",
      "--embedding",
      at("e.npy"),
      "--points",
      at("places.csv"),
      "--steps",
      "4",
      "--json",
    ];
    const logs = async (device: string) => {
      const { code, stdout } = await geodrift([...asked, "--device", device], folder, card);
      expect(code).toBe(0);
      return stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).logProbNats as number);
    };
    const [there, here] = [await logs("webgpu"), await logs("cpu")];
    expect(here.length).toBe(3);
    there.forEach((l, i) => {
      expect(Math.abs(l - here[i])).toBeLessThan(1e-3);
    });
    // Another device sums in another order: that not all digits agree shows that it was another.
    expect(there).not.toEqual(here);
  });
});
