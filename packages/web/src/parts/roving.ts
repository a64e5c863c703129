/**
 * Many buttons, one stop for Tab: the arrows, Home and End go on within them (WAI-ARIA, "roving tabindex"). Where Tab comes in is what
 * had the focus last, else what is current, else the first.
 */
export function roving(group: HTMLElement): { destroy(): void } {
  let last: HTMLElement | undefined;
  const buttons = () => [...group.querySelectorAll<HTMLButtonElement>("button:not(:disabled)")];

  function settle(): void {
    const all = buttons();
    const stop = all.find((b) => b === last) ?? all.find((b) => b.getAttribute("aria-current") === "true") ?? all.at(0);
    for (const b of all) b.tabIndex = b === stop ? 0 : -1;
  }

  function focused(event: FocusEvent): void {
    last = event.target as HTMLElement;
    settle();
  }

  function key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const all = buttons();
    const at = all.indexOf(event.target as HTMLButtonElement);
    if (at < 0) return;
    const [on, back] = [at + 1, at - 1];
    const steps: Record<string, number> = { ArrowRight: on, ArrowDown: on, ArrowLeft: back, ArrowUp: back };
    const to = event.key === "Home" ? 0 : event.key === "End" ? all.length - 1 : steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all[Math.max(0, Math.min(all.length - 1, to))].focus();
  }

  const changes = new MutationObserver(settle);
  changes.observe(group, { childList: true, subtree: true, attributeFilter: ["disabled", "aria-current"] });
  group.addEventListener("focusin", focused);
  group.addEventListener("keydown", key);
  settle();
  return {
    destroy() {
      changes.disconnect();
      group.removeEventListener("focusin", focused);
      group.removeEventListener("keydown", key);
    },
  };
}
