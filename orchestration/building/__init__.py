"""dbt as a step: build every model, run every test, write down what may be published."""

from orchestration.building.build import build_models
from orchestration.building.dbt import check_vars, dbt_arguments, dbt_environment

__all__ = ["build_models", "check_vars", "dbt_arguments", "dbt_environment"]
