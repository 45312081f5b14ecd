"""When the API may be asked: the quota it reports and the plan that stays inside it. No IO."""
