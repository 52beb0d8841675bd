"""Six pictures: three of a collection, three of a project. Each has an outline first."""

from interviews_app.infographics.collection import COLLECTION_INFOGRAPHICS
from interviews_app.infographics.project import PROJECT_INFOGRAPHICS

__all__ = ["COLLECTION_INFOGRAPHICS", "PROJECT_INFOGRAPHICS"]
