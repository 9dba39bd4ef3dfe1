package web_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/web"
)

func TestLook(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, db.Options{})
	w := live(t, d)
	h := w.h
	for i := range 30 {
		dr := h.Draft("TB", fmt.Sprintf("20261112200%02d", i), flowtest.Item{Code: "SHAMPOO", Qty: 1}, flowtest.Item{Code: "TOWEL", Qty: int64(i%4 + 1)})
		if i%5 == 0 {
			dr.ChannelState = "unpaid"
		}
		if i%7 == 0 {
			dr.BuyerMessage = "请周末送"
		}
		h.One(dr)
	}
	h.Stock(1, "TOWEL", 10)
	h.Write(func(tx *db.Tx) error {
		_, err := flow.Plan(tx, 10)
		if err != nil {
			return err
		}
		_, _, err = flow.Release(tx, h.Warehouses[0].ID, 5)
		return err
	})
	s, err := web.New(web.Config{DB: d, LocalOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	defer server.Close()
	shot := func(name, path, size string, more ...string) {
		dir, _ := os.MkdirTemp("", "chr")
		defer os.RemoveAll(dir)
		args := append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
			"--user-data-dir=" + dir, "--screenshot=/tmp/shot-" + name + ".png", "--window-size=" + size}, more...)
		cmd := exec.Command("chromium", append(args, server.URL+path)...)
		done := time.AfterFunc(40*time.Second, func() { _ = cmd.Process.Kill() })
		out, err := cmd.CombinedOutput()
		done.Stop()
		if err != nil {
			t.Logf("%s: %v %s", name, err, out)
		}
	}
	shot("home", "/", "1440,900")
	shot("home360", "/", "500,1600")
	shot("order", "/orders/"+w.gone.String(), "1440,900")
	shot("held", "/orders/"+w.held.String(), "1440,900", "--force-dark-mode", "--enable-features=WebContentsForceDark")
	shot("exc", "/exceptions", "1440,900")
	shot("err", "/orders/O-9?lang=en", "1440,500")
}
