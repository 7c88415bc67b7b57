#include "kafka/tls_material.h"

namespace millrace::kafka {
PrivateFile::~PrivateFile() = default;
Result<TlsMaterial> read_tls(const ConfigMap&) { return TlsMaterial(); }
}
