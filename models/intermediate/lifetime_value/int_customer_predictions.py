from orchestration.frames import as_pandas
from orchestration.lifetime_value.frames import predict_customers


def model(dbt, session):
    """What the fitted models say of each buyer."""
    histories = as_pandas(dbt.ref("int_purchase_histories"))
    fits = as_pandas(dbt.ref("int_lifetime_value_fits"))
    return predict_customers(histories, fits)
