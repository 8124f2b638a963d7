
/* Downloads. Browsers save a picture of the page's own origin alone. So a page that lies elsewhere, as on a disk, opens
   the one in the bucket, whose address after the # says which to save: `download-hero`, `download-all`. */
const home = document.body.dataset.page;
const downloads = [...document.querySelectorAll("a[download]")];

for (const link of downloads) {
  if (!home || link.protocol === "file:" || link.origin === location.origin) continue;
  link.href = `${home}#${link.id}`;
  link.removeAttribute("download");
}

async function downloadAll(button) {
  showMessage("Collecting the pictures …");
  try {
    save(zipped(await Promise.all(downloads.map(fetched))), button.dataset.file);
    showMessage(`Saved: ${button.dataset.file}`).className = "done";
  } catch (error) {
    showMessage(`Not saved: ${error.message}. Download the pictures one by one.`);
  }
}

async function fetched(link) {
  const answer = await fetch(link.href);
  if (!answer.ok) throw new Error(`${link.download} cannot be read (${answer.status})`);
  return { name: link.download, bytes: new Uint8Array(await answer.arrayBuffer()) };
}

function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function downloadWanted() {
  const wanted = location.hash.startsWith("#download-") && document.getElementById(location.hash.slice(1));
  if (!wanted) return;
  history.replaceState(null, "", location.pathname + location.search); // so that it can be asked for again
  if (wanted.id === "download-all") downloadAll(wanted);
  else wanted.click();
}

addEventListener("hashchange", downloadWanted);
downloadWanted();

/* A ZIP file (APPNOTE.TXT 6.3) without compression: pictures are compressed already. */
function zipped(files) {
  const parts = [], directory = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    const label = new TextEncoder().encode(name);
    // Version 2.0, UTF-8 names, no compression, 1 January 1980; CRC and sizes; length of the name.
    const facts = [[20, 2], [0x0800, 2], [0, 2], [0, 2], [0x21, 2], [crc32(bytes), 4], [bytes.length, 4], [bytes.length, 4], [label.length, 2], [0, 2]];
    const header = numbers([[0x04034b50, 4], ...facts]);
    directory.push(numbers([[0x02014b50, 4], [20, 2], ...facts, [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]]), label);
    parts.push(header, label, bytes);
    offset += header.length + label.length + bytes.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = numbers([[0x06054b50, 4], [0, 4], [files.length, 2], [files.length, 2], [size, 4], [offset, 4], [0, 2]]);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

/* Little-endian numbers of so many bytes. */
function numbers(fields) {
  return Uint8Array.from(fields.flatMap(([value, size]) => Array.from({ length: size }, (_, at) => (value >>> (8 * at)) & 255)));
}

function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
