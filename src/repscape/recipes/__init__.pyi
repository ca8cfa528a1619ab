from ._recipe import Recipe, known_recipe, list_recipes
from ._run import RecipeRun, forecast_recipe, run_recipe
from .demo import Demo, run_demo

__all__ = ["Demo", "Recipe", "RecipeRun", "forecast_recipe", "known_recipe", "list_recipes", "run_demo", "run_recipe"]
