"""Published studies that can be repeated with one command, and the network that the demo trains."""

from ._recipe import Recipe, list_recipes
from ._run import RecipeRun, forecast_recipe, known_recipe, run_recipe
from .demo import Demo, run_demo

__all__ = ["Demo", "Recipe", "RecipeRun", "forecast_recipe", "known_recipe", "list_recipes", "run_demo", "run_recipe"]
