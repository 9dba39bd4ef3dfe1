package app_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

var shell = regexp.MustCompile("(?s)```sh\n(.*?)```")

// The commands of the operator's manual run as they stand, one after the other, in an
// empty folder with the real program. A block that begins with baihuo serve keeps
// running until the manual stops needing it; the port is a free one.
func TestOperatingManualRuns(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "operating.md"))
	if err != nil {
		t.Fatal(err)
	}
	bin, folder := t.TempDir(), t.TempDir()
	compile(t, bin)
	env := append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "BAIHUO_DB=", "BAIHUO_DATA=data", "BAIHUO_KEY=")
	ran := 0
	for _, block := range shell.FindAllStringSubmatch(string(text), -1) {
		c := exec.Command("bash", "-eu", "-c", strings.ReplaceAll(block[1], "8080", free(t)))
		c.Dir, c.Env = folder, env
		if strings.HasPrefix(block[1], "baihuo serve") {
			serveAndStop(t, c)
		} else if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s\n%s", err, block[1], out)
		}
		ran++
	}
	if ran < 6 {
		t.Errorf("%d commands ran", ran)
	}
}

// serveAndStop starts a hub, waits until it listens, sees the owner's link, and stops
// it as an operator does.
func serveAndStop(t *testing.T, c *exec.Cmd) {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	said := func() string { text, _ := os.ReadFile(log.Name()); return string(text) }
	c.Stdout, c.Stderr = log, log
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	for until := time.Now().Add(30 * time.Second); !strings.Contains(said(), "/set-up#"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("it does not come up with a link for the owner:\n%s", said())
		}
	}
	if err := syscall.Kill(-c.Process.Pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err != nil && !strings.Contains(said(), "stopped") {
			t.Errorf("stopped badly: %v\n%s", err, said())
		}
	case <-time.After(30 * time.Second):
		t.Fatal("it does not stop")
	}
}

func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}
