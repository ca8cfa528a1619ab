// What a reader types outlives the panel around it, which is drawn again whenever an answer comes.

/** Remember what is typed in a panel, until a button or Enter hands it on. */
export const rememberDrafts = (body) => {
  const forget = () => {
    for (const field of body.querySelectorAll("[data-typed]")) delete field.dataset.typed;
  };
  body.addEventListener("input", ({ target }) => {
    target.dataset.typed = "yes";
  });
  body.addEventListener("submit", forget, true);
  body.addEventListener("click", ({ target }) => target.closest?.("button") && forget(), true);
};

/** Replace what a panel shows: fields keep what is being typed, and what has the focus keeps it. */
export const replaceAround = (body, parts) => {
  const typed = Array.from(body.querySelectorAll("[data-typed][id]"), ({ id, value }) => ({ id, value })),
    active = body.contains(document.activeElement) ? document.activeElement : null,
    focus = active?.id ? { id: active.id, from: active.selectionStart, to: active.selectionEnd } : null,
    find = (id) => body.querySelector(`#${CSS.escape(id)}`);
  body.replaceChildren(...parts);
  for (const { id, value } of typed) {
    const field = find(id);
    if (field) Object.assign(field, { value }).dataset.typed = "yes";
  }
  const field = focus && find(focus.id);
  if (!field) return;
  field.focus({ preventScroll: true });
  if (typeof focus.from === "number") field.setSelectionRange?.(focus.from, focus.to);
};
