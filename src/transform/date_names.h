#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

/// What things of the calendar are called in English, and the zones that a name is known of.
namespace millrace::transform {

inline constexpr std::array<std::string_view, 12> month_names = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
inline constexpr std::array<std::string_view, 7> weekday_names = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
inline constexpr std::array<std::string_view, 2> half_day_names = {"AM", "PM"};
inline constexpr std::array<std::string_view, 2> era_names = {"BC", "AD"};
inline constexpr std::size_t short_name = 3;  ///< letters of a month or weekday

struct ZoneName {
  std::string_view name;
  int minutes = 0;  ///< ahead of UTC
};
/// Where a short name means several zones it is the American one, as in Java.
inline constexpr ZoneName zone_names[] = {{"UTC", 0},
                                          {"Coordinated Universal Time", 0},
                                          {"GMT", 0},
                                          {"Greenwich Mean Time", 0},
                                          {"WET", 0},
                                          {"WEST", 60},
                                          {"BST", 60},
                                          {"CET", 60},
                                          {"CEST", 120},
                                          {"EET", 120},
                                          {"EEST", 180},
                                          {"MSK", 180},
                                          {"JST", 540},
                                          {"EST", -300},
                                          {"Eastern Standard Time", -300},
                                          {"EDT", -240},
                                          {"Eastern Daylight Time", -240},
                                          {"CST", -360},
                                          {"Central Standard Time", -360},
                                          {"CDT", -300},
                                          {"Central Daylight Time", -300},
                                          {"MST", -420},
                                          {"Mountain Standard Time", -420},
                                          {"MDT", -360},
                                          {"Mountain Daylight Time", -360},
                                          {"PST", -480},
                                          {"Pacific Standard Time", -480},
                                          {"PDT", -420},
                                          {"Pacific Daylight Time", -420},
                                          {"AKST", -540},
                                          {"AKDT", -480},
                                          {"HST", -600}};

}  // namespace millrace::transform
