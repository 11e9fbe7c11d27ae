"""The tables of learning. They are declared in folders of their own."""

from __future__ import annotations

from forge.learning.conversions.models import ConvertedForm, ModelConversion, ModelConversionQuerySet

__all__ = ["ConvertedForm", "ModelConversion", "ModelConversionQuerySet"]
