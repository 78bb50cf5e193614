#include <mosquitto.h>
#include <mqtt_protocol.h>
/* Swift's Glibc module leaves these Linux headers out. */
#include <sys/eventfd.h>
#include <sys/signalfd.h>
