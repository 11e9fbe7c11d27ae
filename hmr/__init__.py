"""The Python SDK of Hammer Forge for notebooks and programs: from a model to a link that a phone opens.

    import hmr

    knock = hmr.Rune("acme", "door-knock", "Runefile.yml", "1.0")
    knock.set_model(model, samples=x_train[:200])  # a Keras model, or the path of one: converted on the server
    knock.build()
    knock.preview()  # in a notebook: the rune to try, and a link for a phone

It asks the server with the token of `rune login --token-stdin`. With `device="local"` it asks no server: the project is
built on this machine, and its daemon `hmrd` runs it. See docs/guides/notebooks.md.
"""

from hmr.builds import BuiltRune
from hmr.deployments import DeployedRune
from hmr.errors import HmrError
from hmr.models import FormRow, ModelFigures
from hmr.preview import Preview
from hmr.rune import Rune
from hmr.running import RunningRune

__all__ = ["BuiltRune", "DeployedRune", "FormRow", "HmrError", "ModelFigures", "Preview", "Rune", "RunningRune"]
