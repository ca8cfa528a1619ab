// Other versions of the site, where it was put beside them (tools/put_site.py): ../versions.json names their folders.
addEventListener("DOMContentLoaded", async () => {
  const select = document.getElementById("version");
  const root = document.documentElement.dataset.content_root;
  if (!select || !location.protocol.startsWith("http")) return;
  const top = new URL(`${root}../`, location.href);
  const answer = await fetch(new URL("versions.json", top)).catch(() => null);
  if (!answer?.ok) return;
  const here = select.dataset.here;
  select.replaceChildren(...(await answer.json()).map((name) => new Option(name, name, name === here, name === here)));
  select.addEventListener("change", () => location.assign(new URL(`${select.value}/index.html`, top)));
});
