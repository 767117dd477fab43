from orchestration.frames import as_pandas
from orchestration.lifetime_value.frames import fit_models


def model(dbt, session):
    """BG/NBD and Gamma-Gamma, fitted to all buyers."""
    histories = as_pandas(dbt.ref("int_purchase_histories"))
    minimums = as_pandas(dbt.ref("clv_minimums"))
    return fit_models(histories, minimums)
