import TestSupport
import Testing

/// Everything that loads plugins into the test process, one test at a time.
///
/// The host table's listener, the slots and the fixtures' environment belong to the whole process.
@Suite(.blocking) enum PluginHostTests {}
