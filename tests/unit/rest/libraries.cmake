target_link_libraries(unit_rest PRIVATE OpenSSL::SSL OpenSSL::Crypto nlohmann_json::nlohmann_json)
