import Store

extension HistoryRules {
  /// `nil`: no history is to be kept.
  public init?(_ configuration: Configuration) {
    guard let history = configuration.history else { return nil }
    self.init()
    keep = history.components.seconds
    rowLimit = configuration.historyLimit
  }
}
