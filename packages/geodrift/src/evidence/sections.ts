/** The text of evidence taken apart, for those who set it. */

/** A heading with its lines; the first section, the caution, has no heading. */
export interface Section {
  heading?: string;
  lines: string[];
}

/** Headings stand alone, in capitals. */
const isHeading = (line: string): boolean => /^[A-Z][A-Z ]+$/.test(line);

/**
 * Title, caution and sections.
 * @param text as `evidenceText` makes it
 */
export function sectionsOf(text: string): { title: string; caution: string; sections: Section[] } {
  const [title, ...lines] = text.split("\n");
  const sections: Section[] = [{ lines: [] }];
  for (const line of lines) {
    if (isHeading(line)) sections.push({ heading: line, lines: [] });
    else sections[sections.length - 1].lines.push(line);
  }
  const [caution, ...rest] = sections;
  return { title, caution: caution.lines.join(" ").trim(), sections: rest };
}
