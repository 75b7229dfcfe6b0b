/* The floor: request and reply over a Unix socket with nothing but read and write.
   ping-pong SIZE COUNT PATH: prints the median round trip in nanoseconds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static void move(int fd, char *bytes, size_t size, int out) {
  for (size_t done = 0; done < size;) {
    ssize_t count = out ? write(fd, bytes + done, size - done) : read(fd, bytes + done, size - done);
    if (count <= 0) exit(0);
    done += (size_t)count;
  }
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  size_t size = (size_t)atol(argv[1]);
  int count = atoi(argv[2]);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, argv[3], sizeof address.sun_path - 1);
  char *bytes = calloc(1, size);
  int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  unlink(argv[3]);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 1) != 0) return 3;
  if (fork() == 0) {
    int fd = accept(listener, NULL, NULL);
    for (;;) {
      move(fd, bytes, size, 0);
      move(fd, bytes, size, 1);
    }
  }
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) return 4;
  double *times = malloc(sizeof(double) * (size_t)count);
  for (int i = 0; i < count; i++) {
    double start = now();
    move(fd, bytes, size, 1);
    move(fd, bytes, size, 0);
    times[i] = now() - start;
  }
  qsort(times, (size_t)count, sizeof(double), compare);
  printf("%.0f\n", times[count / 2]);
  unlink(argv[3]);
  return 0;
}
