import Glibc

/// Asks for room for `count` open descriptors and returns the limit now in force, which is lower when the hard limit
/// is. A connection takes three: its socket and a pair that libmosquitto opens with each handle.
@discardableResult
public func raiseDescriptorLimit(to count: Int) -> Int {
  var limit = rlimit()
  guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
  let wanted = min(rlim_t(max(count, 0)), limit.rlim_max)
  guard limit.rlim_cur < wanted else { return Int(clamping: limit.rlim_cur) }
  let before = limit.rlim_cur
  limit.rlim_cur = wanted
  let code = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  return Int(clamping: code == 0 ? wanted : before)
}
