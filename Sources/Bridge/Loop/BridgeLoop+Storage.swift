import Presence
import Store
import Topics

/// How the database's files fare: in the stats, and in the log where an operator has something to do.
extension BridgeLoop {
  /// A log of the database's that is longer: somebody keeps it from beginning anew, or it cannot be moved.
  private static let longLog: Int64 = 256 << 20
  private static let secondsBetweenWarnings = Duration.seconds(60)

  func writeStorage(_ json: inout JSONWriter) {
    let condition = storage.inspect()
    warn(of: condition)
    json.key("wal_bytes")
    json.integer(condition.logBytes)
    json.key("checkpoints_failed")
    json.integer(condition.checkpointsFailed)
  }

  private func warn(of condition: StorageCondition) {
    if let path = condition.setAside {
      log.log(
        .error, at: now, "the database was damaged and is set aside as \(path); all is in a new one"
      )
    }
    guard now.instant >= nextStorageWarning else { return }
    guard let words = complaint(about: condition) else { return }
    nextStorageWarning = now.instant + Self.secondsBetweenWarnings
    log.log(.warning, at: now, words)
  }

  private func complaint(about condition: StorageCondition) -> String? {
    let log = "\(configuration.database)-wal"
    if let reason = condition.checkpointFailure {
      return "\(log) cannot be moved into \(configuration.database) and grows: \(reason)"
    }
    guard condition.logBytes >= Self.longLog else { return nil }
    return
      "\(log) has \(condition.logBytes >> 20) MiB and grows as long as another program reads an "
      + "old state of the database\(condition.holders.map { ", as \($0)" } ?? "")"
  }

  /// With fewer messages ahead of their acknowledgements a disk that has to sync is what joins wait for.
  private static let smallWindow = 100

  /// Mosquitto sends ahead as many as it takes.
  func tellWindow(_ welcome: LinkWelcome) {
    guard configuration.durability == .power, tally.connections == 1,
      let window = welcome.receiveMaximum, window < Self.smallWindow
    else { return }
    log.log(
      .notice, at: now,
      "the broker has at most \(window) messages under way (max_inflight_messages in mosquitto.conf): "
        + "a disk that syncs in 20 ms then takes in \(window * 50) joins a second at the most")
  }
}
