
/* Replaces previews by web formats from the bucket, where the screen shows more pixels than a preview has and the
   picture comes near the window. One that cannot be read leaves its preview in place. */
function sharpen(preview) {
  const ratio = preview.naturalWidth / preview.naturalHeight;
  const width = Math.ceil(Math.max(preview.clientWidth, preview.clientHeight * ratio)); // object-fit: cover
  if (width * devicePixelRatio < preview.naturalWidth * 1.2) return;
  const picture = preview.parentElement;
  const sharp = picture.cloneNode(true);
  const image = sharp.querySelector("img");
  image.addEventListener("load", () => image.currentSrc.startsWith("data:") || picture.replaceWith(sharp));
  for (const source of sharp.querySelectorAll("source")) {
    source.sizes = `${width}px`;
    source.srcset = source.dataset.srcset;
  }
}

const nearby = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      nearby.unobserve(target);
      target.decode().then(() => sharpen(target), () => {});
    }
  },
  { rootMargin: "400px" },
);
for (const image of document.querySelectorAll("source:first-child ~ img")) nearby.observe(image);
