"""Fields of front matter that hold an article's pictures. They are written by `--write-back`, and mean nothing here."""

PICTURE_FIELDS = frozenset(
    {
        "images", "image", "heroImage", "coverImage", "cover", "cover_image", "ogImage", "banner",
        "cover-img", "feature-img", "featured_image", "featuredImage", "featuredImagePreview", "featureImage",
        "featureimage", "share-img", "share_img", "shareImage", "thumbnail", "thumbnail-img",
    }
)  # fmt: skip
