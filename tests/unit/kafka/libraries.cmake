target_link_libraries(unit_kafka PRIVATE PkgConfig::RDKAFKA OpenSSL::SSL OpenSSL::Crypto)
