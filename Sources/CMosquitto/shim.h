#include <mosquitto.h>
#include <mqtt_protocol.h>
/* Swift's Glibc module leaves this Linux header out. */
#include <sys/signalfd.h>
