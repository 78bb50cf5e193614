extension Duration {
  /// How long ago, in two or three characters and a unit: `0s`, `59s`, `12m`, `3h`, `40d`.
  var brief: String {
    let seconds = max(0, components.seconds)
    return switch seconds {
    case ..<60: "\(seconds)s"
    case ..<3600: "\(seconds / 60)m"
    case ..<86_400: "\(seconds / 3600)h"
    default: "\(seconds / 86_400)d"
    }
  }
}
