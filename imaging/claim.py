"""Who owns a slug: the note that keeps two articles of one tenant out of each other's folder."""

from pydantic import BaseModel, ConfigDict

from imaging.article import Article, Words


class Claim(BaseModel):
    """What a slug's owner is known by."""

    model_config = ConfigDict(frozen=True)

    article_id: str | None = None
    topic: Words  # read as the article's own: a claim from before it was is still recognised

    @classmethod
    def of(cls, article: Article) -> "Claim":
        """Return the claim that `article` lays."""
        return cls(article_id=article.article_id, topic=article.topic)

    def is_of(self, article: Article) -> bool:
        """Tell whether this claim is that article's own."""
        return self.is_for(article.article_id, article.topic)

    def is_for(self, article_id: str | None, topic: str) -> bool:
        """Tell whether this claim is that of the article with this id and topic.

        The CMS's id decides where both have one; else the topic does.
        """
        if self.article_id and article_id:
            return self.article_id == article_id
        return self.topic == topic
