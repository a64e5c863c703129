/** CLIP's byte-pair tokenizer (Radford et al. 2021), from the vocabulary and the merges that lie beside a model's weights. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import { Tokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import { readJsonFile } from "../files/json-file.js";
import { cannotRead } from "../files/system-error.js";

/** A tokenizer: text to the ids of a CLIP text tower's vocabulary. */
export interface ClipTokenizer {
  /**
   * The ids of a text between its start and its end; one that is longer than the tower sees is cut.
   * @param context most ids, start and end included
   */
  encode(text: string, context: number): number[];
}

const vocabulary = z.record(z.string(), z.int().nonnegative());

const [start, end] = ["<|startoftext|>", "<|endoftext|>"];

/** Words, numbers digit by digit, what is neither, and English clitics: what pairs are not merged across. */
const words = "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

/**
 * Reads the tokenizer of a CLIP from `vocab.json` and `merges.txt`.
 * @param folder that holds both files, beside the weights
 * @throws GeodriftError `not-found` or `file` if one of them cannot be read, `data` if `vocab.json` is no vocabulary,
 * `model` if it lacks the start or end token
 */
export async function readClipTokenizer(folder: string): Promise<ClipTokenizer> {
  const vocab = await readJsonFile(join(folder, "vocab.json"), vocabulary);
  const file = join(folder, "merges.txt");
  const text = await readFile(file, "utf8").catch(cannotRead(file));
  const merges = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#version"));
  for (const special of [start, end])
    if (vocab[special] === undefined)
      throw new GeodriftError("model", `${join(folder, "vocab.json")}: the token ${special} is missing`);
  const added = [start, end].map((content) => ({
    id: vocab[content],
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  const tokenizer = new Tokenizer(
    {
      added_tokens: added,
      normalizer: {
        type: "Sequence",
        normalizers: [
          { type: "NFC" },
          { type: "Replace", pattern: { Regex: "\\s+" }, content: " " },
          { type: "Lowercase" },
        ],
      },
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [
          { type: "Split", pattern: { Regex: words }, behavior: "Removed", invert: true },
          { type: "ByteLevel", add_prefix_space: false, trim_offsets: true },
        ],
      },
      model: {
        type: "BPE",
        vocab,
        merges,
        unk_token: end,
        continuing_subword_prefix: "",
        end_of_word_suffix: "</w>",
        fuse_unk: false,
      },
      post_processor: null,
      decoder: { type: "BPEDecoder", suffix: "</w>" },
    } as never,
    {} as never,
  );
  return {
    encode(words, context) {
      const { ids } = tokenizer.encode(words, { add_special_tokens: false });
      return [vocab[start], ...ids.slice(0, context - 2), vocab[end]];
    },
  };
}
